"""Text and its words: characters, lines, paragraphs, languages."""
