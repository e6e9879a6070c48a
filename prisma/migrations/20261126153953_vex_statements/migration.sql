-- CreateTable
CREATE TABLE "vex_statement" (
    "id" SERIAL NOT NULL,
    "document" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "timestamp" TEXT NOT NULL,
    "vulnerabilities" TEXT[],
    "status" TEXT NOT NULL,
    "justification" TEXT,
    "statement" TEXT,
    "products" JSONB NOT NULL,

    CONSTRAINT "vex_statement_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "vex_statement_vulnerabilities_idx" ON "vex_statement" USING GIN ("vulnerabilities");
