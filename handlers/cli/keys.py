"""`postroom keys mirror`, `postroom keys rotate`: the keys of all contents, kept twice, and a new master key over them."""

from functools import partial

import typer

from bot import receipts, vault
from bot.clock import Clock
from bot.settings import Settings
from bot.vault import MasterKey
from handlers.cli import configured, publishing, show
from handlers.cli.show import Json, Problem
from handlers.rooms import master_key, signer_of

app = typer.Typer()

TELL_EVERY = 100_000
"""So many keys are sealed anew between two lines of progress: a few seconds."""


@app.command()
def mirror(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Make the mirror of the key file, or restore whichever of the two is lost or older from the other."""
    keys = configured.settings(ctx).keys
    if keys.mirror is None:
        raise Problem("No mirror is configured: see mirror in [keys] of storage.toml.")
    done = vault.mirror(keys.path, keys.mirror, master_key(configured.settings(ctx)))
    if as_json:
        show.document(
            {
                "from": str(done.source),
                "to": str(done.copy),
                "made": done.made,
                "keys": done.keys,
                "changed": done.changed,
            }
        )
    else:
        show.say(_mirrored(done))
    if keys.path.stat().st_dev == keys.mirror.stat().st_dev:
        show.warn(
            f"{keys.mirror} lies on the same disk as {keys.path}, and would be lost with it. Is its disk mounted?"
        )


def _mirrored(done: vault.Mirrored) -> str:
    if done.made:
        return f"{done.copy} is made from {done.source}; keys: {done.keys:,}."
    if done.changed:
        return f"{done.copy} is brought up to {done.source}: {done.changed:,} of {done.keys:,} keys were not as they should be."
    return f"{done.source} and {done.copy} hold the same {done.keys:,} keys."


@app.command()
def rotate(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Change the master key: every key is encrypted anew; contents are not touched. `postroom serve` must be stopped."""
    settings = configured.settings(ctx)
    keys = settings.keys
    if keys.master_key is not None:
        raise Problem(FROM_ENVIRONMENT.format(key=keys.master_key_file))
    _check_ring(settings)
    done = vault.rotate(
        keys.path, keys.mirror, keys.master_key_file,
        now=Clock().now(), announce=partial(_publish, settings), tell=_tell,
    )  # fmt: skip
    if as_json:
        show.document({"keys": done.keys, "damaged": done.damaged, "before": done.before, "after": done.after})
    else:
        show.say(ROTATED.format(keys=done.keys, before=done.before, after=done.after, key=keys.master_key_file))
    if done.damaged:
        show.warn(DAMAGED.format(damaged=done.damaged))


def _check_ring(settings: Settings) -> None:
    """Raises `BadPublicKey` before anything is begun."""
    receipts.known(settings.directory / receipts.KEY_FILE)


def _publish(settings: Settings, new: MasterKey) -> None:
    """The keys that prove receipts, the old one's and the new one's: to old ones there must be a way for ever."""
    for master in (master_key(settings), new):
        if warning := publishing.publish(settings, signer_of(master).public):
            raise Problem(f"{warning}. Nothing was changed yet.")


def _tell(count: int) -> None:
    if count % TELL_EVERY == 0:
        show.warn(f"{count:,} keys are sealed anew")


FROM_ENVIRONMENT = """\
The master key comes from the environment (POSTROOM__KEYS__MASTER_KEY), where Postroom cannot change it. Do this:
1. Stop postroom serve.
2. Write the present key into {key} (64 hexadecimal digits, mode 0600) and take the variable away.
3. Run: postroom keys rotate
4. Put what {key} then holds into the variable; overwrite and remove the file (shred -u), or use it in place of the variable."""
ROTATED = """\
The master key is changed. Keys sealed with {after}: {keys:,}; with {before}: none.
1. Put a copy of {key} into the safe now. Without it nothing that is stored can be read.
2. Destroy every copy of the old one: it opens nothing any more but old copies of the key file, of which there should be none.
3. Give receipts.pub anew to whoever checks receipts: a key is added to it.
4. Start postroom serve. Links in mail that is out already have ended; whoever follows one is told how to get another."""
DAMAGED = (
    "{damaged:,} keys could not be opened with the old master key, either, and are left as they are. "
    "See which files they are of: postroom ledger verify, postroom files export"
)
