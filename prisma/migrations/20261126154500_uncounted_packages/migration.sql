-- CreateTable
CREATE TABLE "uncounted_package" (
    "package_id" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "uncounted_package_pkey" PRIMARY KEY ("package_id")
);

-- CreateTable
CREATE TABLE "package_summary" (
    "package_id" INTEGER NOT NULL,
    "critical" INTEGER NOT NULL,
    "high" INTEGER NOT NULL,
    "medium" INTEGER NOT NULL,
    "low" INTEGER NOT NULL,
    "negligible" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "undetermined" INTEGER NOT NULL,
    "fixable" INTEGER NOT NULL,

    CONSTRAINT "package_summary_pkey" PRIMARY KEY ("package_id")
);

-- What the summaries of images are made of so far.
INSERT INTO "package_summary"
SELECT package_id,
       count(*) FILTER (WHERE state = 'affected' AND severity = 'critical'),
       count(*) FILTER (WHERE state = 'affected' AND severity = 'high'),
       count(*) FILTER (WHERE state = 'affected' AND severity = 'medium'),
       count(*) FILTER (WHERE state = 'affected' AND severity = 'low'),
       count(*) FILTER (WHERE state = 'affected' AND severity = 'negligible'),
       count(*) FILTER (WHERE state = 'affected' AND severity = 'unknown'),
       count(*) FILTER (WHERE state = 'undetermined'),
       count(*) FILTER (WHERE state = 'affected' AND fixed_in IS NOT NULL)
  FROM "match" WHERE closed_at IS NULL GROUP BY package_id;
