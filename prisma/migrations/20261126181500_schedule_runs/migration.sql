-- CreateTable
CREATE TABLE "schedule_run" (
    "key" TEXT NOT NULL,
    "last_run_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "schedule_run_pkey" PRIMARY KEY ("key")
);
