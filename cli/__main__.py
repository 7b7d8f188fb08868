"""`python -m cli` is `commonwatt`, also where no script was installed."""

from cli.main import run

if __name__ == "__main__":
    run()
