"""The channel of a WeChat official account (公众号): what the platform posts, and what we answer it."""
