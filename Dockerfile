# CommonWatt with what draws boards for Grafana; each service of docker-compose.yml is one of its
# commands. Everything that is installed is pinned by hash; it runs as a user without rights.
FROM python:3.13-slim AS made
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/commonwatt \
 && /opt/commonwatt/bin/python -m pip install --no-cache-dir --require-hashes \
    --only-binary :all: -r requirements/grafana.txt \
 && /opt/commonwatt/bin/python -m pip install --no-cache-dir --require-hashes --no-deps \
    --only-binary :all: --target /opt/commonwatt/share/commonwatt/assets -r requirements/assets.txt
COPY . .
RUN /opt/commonwatt/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
COPY --from=made /opt/commonwatt /opt/commonwatt
# The folders of named volumes: a new volume takes owner and content, no routes, from here.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin commonwatt \
 && install -d -o commonwatt -g commonwatt /export /kept /routes /state \
 && install -m 644 -o commonwatt -g commonwatt /dev/null /routes/routes.toml
ENV PATH=/opt/commonwatt/bin:$PATH PYTHONDONTWRITEBYTECODE=1 COMMONWATT_STATE=/state
WORKDIR /state
USER commonwatt
CMD ["commonwatt", "--help"]
