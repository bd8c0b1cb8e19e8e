# The machine's compiler cache (the context) into the one that deploy/Dockerfile builds with.
FROM debian:bookworm-slim
RUN --mount=type=bind,target=/machine --mount=type=cache,target=/ccache cp -r --update /machine/. /ccache
