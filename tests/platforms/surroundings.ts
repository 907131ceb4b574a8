import { ONE_BUYER_FOR_ALL, SHOP_ENVIRONMENT, SITE_URL } from "../adapters/shop-under-test.ts";

const { SITE_URL: _found, ...SETTINGS } = SHOP_ENVIRONMENT;

/** What an owner must set, and what the cases need. */
const KEYS = { ...SETTINGS, ...ONE_BUYER_FOR_ALL };

/** Node loads it before a function: it sends calls to the real Stripe to the simulated one. */
export const STRIPE_STAND_IN = new URL("stripe-stand-in.ts", import.meta.url);

/**
 * The environment of functions in a production deployment on Vercel. `SITE_URL` is not set: the shop must find it.
 * https://vercel.com/docs/environment-variables/system-environment-variables
 */
export const VERCEL_PRODUCTION = {
  ...KEYS,
  VERCEL: "1",
  VERCEL_ENV: "production",
  VERCEL_TARGET_ENV: "production",
  VERCEL_REGION: "fra1",
  VERCEL_URL: "low-tide-9x8y7z.vercel.app",
  VERCEL_BRANCH_URL: "low-tide-git-main.vercel.app",
  VERCEL_PROJECT_PRODUCTION_URL: new URL(SITE_URL).host,
  AWS_LAMBDA_FUNCTION_NAME: "low-tide",
  AWS_REGION: "eu-central-1",
  NODE_ENV: "production",
} as const;

/** The same on Netlify: https://docs.netlify.com/build/functions/environment-variables/ */
export const NETLIFY_PRODUCTION = {
  ...KEYS,
  URL: SITE_URL,
  SITE_NAME: "low-tide",
  SITE_ID: "00000000-0000-4000-8000-000000000000",
  AWS_LAMBDA_FUNCTION_NAME: "low-tide",
  AWS_REGION: "us-east-2",
} as const;
