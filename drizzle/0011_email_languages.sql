ALTER TABLE "latchkey"."mail_outbox" ADD COLUMN "requested_locale" text;--> statement-breakpoint
ALTER TABLE "latchkey"."mail_outbox" ADD COLUMN "account_locale" text;