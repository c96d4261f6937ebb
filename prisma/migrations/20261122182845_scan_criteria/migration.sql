-- CreateTable
CREATE TABLE "scan_criteria" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "side" TEXT NOT NULL DEFAULT 'PUT',
    "min_annualized_return" DOUBLE PRECISION NOT NULL,
    "max_abs_delta" DOUBLE PRECISION NOT NULL,
    "min_days_to_expiration" INTEGER NOT NULL,
    "max_days_to_expiration" INTEGER NOT NULL,
    "max_spread_percent" DOUBLE PRECISION,
    "min_open_interest" INTEGER NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "scan_criteria_pkey" PRIMARY KEY ("id")
);
