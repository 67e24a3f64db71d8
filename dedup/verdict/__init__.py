"""The verdict on a pair of paragraphs: does the witness say all that the candidate says?"""
