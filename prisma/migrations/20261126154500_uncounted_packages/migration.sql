-- CreateTable
CREATE TABLE "uncounted_package" (
    "package_id" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "uncounted_package_pkey" PRIMARY KEY ("package_id")
);
