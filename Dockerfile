# syntax=docker/dockerfile:1

# One image for every process; the command says which: dist/receiver.mjs, scheduler.mjs, worker.mjs, api.mjs, migrate.mjs.
# The version is exact. To pin the bytes as well, build with
#   --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:<digest of the day you checked it>
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install script is needed here: they bring Node 24 and an embedded PostgreSQL, and the image has or needs neither.
RUN npm ci --ignore-scripts
COPY . .
RUN node tools/setup/main.mjs --for build && mkdir /data

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE} AS production
ENV NODE_ENV=production \
    LOG_FORMAT=json \
    API_HOST=0.0.0.0 \
    RECEIVER_HOST=0.0.0.0 \
    WORKER_HOST=127.0.0.1 \
    SCHEDULER_HOST=127.0.0.1 \
    TIDEWAITER_DATA_DIR=/data \
    HEALTH_URL=http://127.0.0.1:8080/healthz
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY prisma/migrations prisma/migrations
COPY package.json ./
COPY --from=build --chown=1000:1000 /data /data
# The account "node" of the base image; nothing under /app belongs to it, so no process can change its own program.
USER 1000:1000
EXPOSE 8080 8081
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/api.mjs"]
