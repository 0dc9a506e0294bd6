"""One running server: what lives, who is here, and what is done for them."""
