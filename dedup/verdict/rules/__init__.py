"""Rules by which a part of a gap may be ignored; `registry` has them in their order."""
