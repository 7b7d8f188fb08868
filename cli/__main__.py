"""`python -m cli` is `commonwatt`, also where no script was installed."""

from cli.start import run

if __name__ == "__main__":
    run()
