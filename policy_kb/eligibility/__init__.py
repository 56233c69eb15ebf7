"""The preliminary eligibility check: what a household may be entitled to, asked for as little as possible, never guessed.

Rules and household facts are data (``policy_kb/data/rules``); here is what reads them. Pure functions, any region, any day.
"""
