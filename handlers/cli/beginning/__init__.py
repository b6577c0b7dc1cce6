"""How a configuration begins: what nobody can guess is asked, judged at once, and written between the shipped remarks."""

from handlers.cli.beginning.answers import Answers, Unfit, fit, judged, located
from handlers.cli.beginning.asking import Interview
from handlers.cli.beginning.questions import ADDRESS, EVERYBODY, WAYS, Secret, Way, storage
from handlers.cli.beginning.writing import Newcomers, filled_in

__all__ = [
    "ADDRESS",
    "EVERYBODY",
    "WAYS",
    "Answers",
    "Interview",
    "Newcomers",
    "Secret",
    "Unfit",
    "Way",
    "filled_in",
    "fit",
    "judged",
    "located",
    "storage",
]
