-- AlterTable
ALTER TABLE "package" ADD COLUMN     "module" TEXT;

-- AlterTable
ALTER TABLE "advisory_affected" ADD COLUMN     "architectures" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "module" TEXT,
ADD COLUMN     "status" TEXT;

-- AlterTable
ALTER TABLE "match" ADD COLUMN     "fix_channel" TEXT,
ADD COLUMN     "fix_state" TEXT,
ADD COLUMN     "headers_only" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "malicious" BOOLEAN NOT NULL DEFAULT false;
