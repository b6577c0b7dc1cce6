"""What each part of a mail is: a file, a piece of the letter, something packed, or something that stands in a file's place."""
