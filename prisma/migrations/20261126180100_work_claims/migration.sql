-- CreateTable
CREATE TABLE "work_claim" (
    "key" TEXT NOT NULL,
    "holder" UUID NOT NULL,
    "urgency" INTEGER NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "work_claim_pkey" PRIMARY KEY ("key")
);
