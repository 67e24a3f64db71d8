"""WARC and WET: web archives, in which the payload of a record is a document."""
