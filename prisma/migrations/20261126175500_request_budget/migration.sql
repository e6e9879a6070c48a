-- CreateTable
CREATE TABLE "request_budget" (
    "registry" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "per_minute" DOUBLE PRECISION NOT NULL,
    "filled_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_until" TIMESTAMPTZ(3),
    "granted" BIGINT NOT NULL DEFAULT 0,
    "waited" BIGINT NOT NULL DEFAULT 0,
    "refused" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "request_budget_pkey" PRIMARY KEY ("registry","identity","operation")
);
