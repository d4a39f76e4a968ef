"""Trains the block classifier of ``mirrorpress.extract`` from pages whose article is known."""
