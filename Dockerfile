# One image for the server and the scan worker: `node server/main.js`, `node server/worker.js`.

FROM node:22-alpine AS build
WORKDIR /app
COPY . .
RUN node scripts/bundle.mjs

FROM node:22-alpine AS app
WORKDIR /app
COPY --from=build /app/dist ./
# For the embedded database, where there is no DATABASE_URL.
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production ENVIRONMENT=PRODUCTION HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
USER node
EXPOSE 4000
CMD ["node", "server/main.js"]
