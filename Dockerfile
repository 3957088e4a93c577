# The service without its tests. The lines that install are the Makefile's (`.venv/runtime`); a test compares them.
FROM python:3.13-slim AS install
WORKDIR /opt/gongkai
COPY requirements.txt requirements-build.txt ./
RUN python3 -m venv .venv
RUN .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-build.txt
COPY pyproject.toml README.md ./
COPY app app
RUN .venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/gongkai gongkai \
 && install -d -o gongkai /var/lib/gongkai/releases
WORKDIR /opt/gongkai
COPY --from=install /opt/gongkai /opt/gongkai
COPY alembic.ini ./
COPY alembic alembic
COPY seed_data seed_data
ENV GONGKAI_HOST=0.0.0.0 GONGKAI_PORT=8000 GONGKAI_DATA=/var/lib/gongkai/data \
    GONGKAI_RELEASES=/var/lib/gongkai/releases
USER gongkai
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD [".venv/bin/python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['GONGKAI_PORT'] + '/readyz', timeout=2)"]
# With DATABASE_URL the service uses that Postgres, without it the embedded one under GONGKAI_DATA.
CMD [".venv/bin/gongkai", "serve"]
