"""The judge: facts and rulebooks in, a `Result` out."""
