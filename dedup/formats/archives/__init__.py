"""Archives: read like directories, member by member, and written with the same members."""
