# Two stages: one installs, the other only has what runs. Debian slim, because opencc ships no wheel for musl.
FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/registry
WORKDIR /src
COPY requirements/run.txt requirements/run.txt
# Wheels only, each checked against its hash: nothing is compiled and nothing unexpected comes in.
RUN /opt/registry/bin/python -m pip install --no-deps --require-hashes --only-binary :all: -r requirements/run.txt
COPY . .
RUN /opt/registry/bin/python -m pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
ENV PATH=/opt/registry/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    REGISTRY_DATA_DIR=/data
# pg_dump and pg_restore, for registry backup and restore; no older than the server of the compose file.
RUN apt-get update && apt-get install --no-install-recommends --yes postgresql-client-15 && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 registry \
 && useradd --system --uid 10001 --gid registry --no-create-home --home-dir /data registry \
 && install -d -o registry -g registry -m 0750 /data
COPY --from=build /opt/registry /opt/registry
USER registry
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["registry", "serve", "--host", "0.0.0.0", "--port", "8000"]
