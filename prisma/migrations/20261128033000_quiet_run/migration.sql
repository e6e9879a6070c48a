-- CreateTable
CREATE TABLE "quiet_run" (
    "subject" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quiet_run_pkey" PRIMARY KEY ("subject")
);
