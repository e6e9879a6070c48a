-- CreateTable
CREATE TABLE "image_suppression" (
    "image_id" INTEGER NOT NULL,
    "findings" INTEGER NOT NULL,
    "critical" INTEGER NOT NULL,
    "high" INTEGER NOT NULL,
    "medium" INTEGER NOT NULL,
    "low" INTEGER NOT NULL,
    "negligible" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "undetermined" INTEGER NOT NULL,
    "fixable" INTEGER NOT NULL,

    CONSTRAINT "image_suppression_pkey" PRIMARY KEY ("image_id")
);

-- CreateTable
CREATE TABLE "unvouched_image" (
    "image_id" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "unvouched_image_pkey" PRIMARY KEY ("image_id")
);

-- AddForeignKey
ALTER TABLE "image_suppression" ADD CONSTRAINT "image_suppression_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "unvouched_image" ADD CONSTRAINT "unvouched_image_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE CASCADE ON UPDATE CASCADE;
