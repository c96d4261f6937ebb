FROM node:22-alpine AS build
WORKDIR /app
COPY . .
RUN npx --yes pnpm@10.34.9 install --frozen-lockfile \
 && node scripts/prepare.mjs \
 && npx --yes pnpm@10.34.9 install --frozen-lockfile --prod --filter @wheel-analyzer/server --filter wheel-analyzer

FROM node:22-alpine
WORKDIR /app
ENV NODE_ENV=production ENVIRONMENT=PRODUCTION HOST=0.0.0.0
COPY --from=build --chown=node:node /app /app
USER node
EXPOSE 4000
CMD ["node", "--import", "tsx/esm", "server/src/main.ts"]
