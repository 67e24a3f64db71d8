"""What every engine has to give alike: the same bytes, the same log, the same counts."""
