"""What a button of ours brings back when it is pressed. It finds, it never authorises."""

from typing import Annotated, Self

from pydantic import Field, ValidationError

from bot.arrival import Frozen, Press

VALUE_CHARACTERS_MAX = 2000
"""Of a button's value, as Slack allows."""
Version = Annotated[int, Field(ge=0, lt=2**31)]
"""Of a file."""


class Value(Frozen):
    """What a button stands for."""

    notice: str
    """The id of the notice that bears it."""
    say: str = Field(pattern=r"^[^\r\n]*$")
    """The command, as one would type it into one line."""
    seen: dict[str, Version] = Field(default_factory=dict)
    """The version of each file, by its reference, for which it was shown."""

    @classmethod
    def read(cls, text: object) -> Self | None:
        """None for anything that is no value of ours."""
        if not isinstance(text, str) or len(text) > VALUE_CHARACTERS_MAX:
            return None
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            return None

    def written(self) -> str:
        """As the button bears it; of a great many files the versions are left out, and the file as it is is meant."""
        text = self.model_dump_json()
        return text if len(text) <= VALUE_CHARACTERS_MAX else self.model_copy(update={"seen": {}}).model_dump_json()

    def press(self, *, said: str = "", reason: str = "", files: tuple[str, ...] = ()) -> Press:
        """That the button was pressed, or the form sent that it opened."""
        return Press(said=said or self.say, notice=self.notice, seen=self.seen, reason=reason, files=files)
