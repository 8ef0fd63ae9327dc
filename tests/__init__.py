"""The tests: one file a room, `support` and `conftest` for all, `bench` for what is measured."""
