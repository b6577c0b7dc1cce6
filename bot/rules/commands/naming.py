"""Which files a command means: references, numbers, all, or words that name one."""

import re
from collections.abc import Sequence

from bot.rules import reference
from bot.rules.commands.kinds import Context, Which
from bot.rules.commands.lines import bare, plain

NAME_CHARACTERS_MAX = 255
REFERENCE_WORDS_MAX = 3
"""`PR 7K3Q M2XD`"""
NUMBER = re.compile(r"#?[0-9]{1,3}(?:[,;&/+]#?[0-9]{1,3})*")
NAME = re.compile(r"[0-9]{7}_[^\s/\\]{1,247}")
"""Near enough to a whole name to be judged as one (docs/rules.md, «The filename convention»)."""
JOINS = frozenset({"and", "&", "+", "", "number", "numbers", "file", "files", "option"})
"""Words between those that name files, or before a number."""
ALL = ("all of them", "all files", "them all", "everything", "all")
OPEN = frozenset(
    {"it", "this", "that", "them", "these", "this file", "the file", "my file", "these files", "the files"}
)
"""In a reply: the files of the notice answered."""
SAYS_NOTHING = frozenset({
    "a", "about", "an", "and", "are", "as", "at", "be", "been", "by", "can", "could", "did", "do", "does", "for",
    "from", "had", "has", "have", "how", "i", "if", "in", "is", "it", "its", "me", "my", "no", "not", "of", "on",
    "or", "our", "please", "should", "so", "than", "thanks", "that", "the", "their", "them", "then", "there", "these",
    "they", "this", "to", "up", "was", "we", "were", "what", "when", "where", "which", "will", "with", "would", "you",
    "your",
})  # fmt: skip
"""Words of prose: none of them names a file or a person."""


def which_of(words: Sequence[str], context: Context) -> tuple[Which, int]:
    """The files that the first words mean, and how many words say so."""
    references: list[str] = []
    numbers: list[int] = []
    at = used = 0
    while at < len(words):
        if found := reference_at(words[at:], context):
            references.append(found[0])
            at = used = at + found[1]
        elif NUMBER.fullmatch(bare(words[at])):
            numbers += _whole(words[at])
            at = used = at + 1
        elif plain(words[at : at + 1]) in JOINS:
            at += 1
        else:
            break
    if not used and (everything := _all_at(words)):
        return Which(all=True), everything
    return Which(tuple(dict.fromkeys(references)), tuple(dict.fromkeys(numbers))), used


def reference_at(words: Sequence[str], context: Context) -> tuple[str, int] | None:
    """The reference that the first words are, and how many they are. Without `PR` it must be that of a known file."""
    for count in range(1, min(len(words), REFERENCE_WORDS_MAX) + 1):
        text = "".join(bare(word) for word in words[:count])
        if (shown := reference.read(text)) and (reference.has_prefix(text) or context.is_file(shown)):
            return shown, count
        if not reference.has_prefix(text):
            break
    return None


def numbers_of(words: Sequence[str]) -> tuple[int, ...]:
    """The numbers that all these words are, each once; none where one word is anything else, as in `2 files`."""
    told = [word for word in words if plain([word]) not in JOINS]
    if list(words[-1:]) != told[-1:] or not all(NUMBER.fullmatch(bare(word)) for word in told):
        return ()
    return tuple(dict.fromkeys(number for word in told for number in _whole(word)))


def name_in(words: Sequence[str]) -> str | None:
    """The single word that is a whole file name, or nearly."""
    return bare(words[0]) if len(words) == 1 and NAME.fullmatch(bare(words[0])) else None


def file_in(words: Sequence[str], context: Context) -> str | None:
    """The words that name a file this person can see; None for prose."""
    text = " ".join(words).strip("\"'“”‘’`«» ")
    if not text or len(text) > NAME_CHARACTERS_MAX or set(plain(words).split()) <= SAYS_NOTHING:
        return None
    return text if context.is_file(text) else None


def is_open(words: Sequence[str], context: Context) -> bool:
    """Whether files are left to the notice answered. Outside a reply a mail with files says nothing by that."""
    if not words:
        return context.replying or not context.has_files
    return context.replying and plain(words) in OPEN


def _all_at(words: Sequence[str]) -> int:
    lengths = ((phrase, phrase.count(" ") + 1) for phrase in ALL)
    return next((length for phrase, length in lengths if plain(words[:length]) == phrase), 0)


def _whole(word: str) -> list[int]:
    return [int(digits) for digits in re.findall("[0-9]+", word)]
