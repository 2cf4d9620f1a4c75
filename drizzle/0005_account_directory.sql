-- Migrations run with the search path "latchkey, public". A new database has all tables in "latchkey" from the first
-- migration on; an older one has them in "public", from where they move.
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['users', 'sessions', 'password_reset_tokens', 'code_lockouts', 'security_events',
		'mail_outbox', 'mail_events', 'mail_suppressions', 'rate_limits']
	LOOP
		IF to_regclass('latchkey.' || name) IS NULL THEN
			EXECUTE format('ALTER TABLE public.%I SET SCHEMA latchkey', name);
		END IF;
	END LOOP;
END $$;--> statement-breakpoint
-- Ids of accounts become text without foreign keys: the accounts may be in another application's tables.
ALTER TABLE "latchkey"."password_reset_tokens" DROP CONSTRAINT "password_reset_tokens_user_id_users_id_fk";--> statement-breakpoint
ALTER TABLE "latchkey"."security_events" DROP CONSTRAINT "security_events_user_id_users_id_fk";--> statement-breakpoint
ALTER TABLE "latchkey"."mail_outbox" DROP CONSTRAINT "mail_outbox_user_id_users_id_fk";--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" DROP CONSTRAINT "mail_suppressions_user_id_users_id_fk";--> statement-breakpoint
ALTER TABLE "latchkey"."password_reset_tokens" RENAME COLUMN "user_id" TO "account_id";--> statement-breakpoint
ALTER TABLE "latchkey"."security_events" RENAME COLUMN "user_id" TO "account_id";--> statement-breakpoint
ALTER TABLE "latchkey"."mail_outbox" RENAME COLUMN "user_id" TO "account_id";--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" RENAME COLUMN "user_id" TO "account_id";--> statement-breakpoint
ALTER TABLE "latchkey"."password_reset_tokens" ALTER COLUMN "account_id" TYPE text;--> statement-breakpoint
ALTER TABLE "latchkey"."security_events" ALTER COLUMN "account_id" TYPE text;--> statement-breakpoint
ALTER TABLE "latchkey"."mail_outbox" ALTER COLUMN "account_id" TYPE text;--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" ALTER COLUMN "account_id" TYPE text;--> statement-breakpoint
ALTER INDEX "latchkey"."password_reset_tokens_user_created_idx" RENAME TO "password_reset_tokens_account_created_idx";--> statement-breakpoint
ALTER INDEX "latchkey"."security_events_user_created_idx" RENAME TO "security_events_account_created_idx";--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" RENAME CONSTRAINT "mail_suppressions_user_id_address_pk" TO "mail_suppressions_account_id_address_pk";--> statement-breakpoint
ALTER TABLE "latchkey"."mail_outbox" ADD COLUMN "recipient_username" text;--> statement-breakpoint
ALTER TABLE "latchkey"."mail_outbox" ADD COLUMN "sign_in_via" text;--> statement-breakpoint
ALTER TABLE "latchkey"."users" ADD COLUMN "locale" text;--> statement-breakpoint
CREATE TABLE "latchkey"."password_changes" (
	"account_id" text PRIMARY KEY NOT NULL,
	"email_id" uuid NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"secured_at" timestamp with time zone
);--> statement-breakpoint
CREATE UNIQUE INDEX "password_changes_email_id_key" ON "latchkey"."password_changes" USING btree ("email_id");--> statement-breakpoint
CREATE INDEX "password_changes_changed_idx" ON "latchkey"."password_changes" USING btree ("changed_at");--> statement-breakpoint
-- "This wasn't me" goes on working in emails that were sent before.
INSERT INTO "latchkey"."password_changes" ("account_id", "email_id", "changed_at")
SELECT DISTINCT ON (o."account_id") o."account_id", o."id", o."created_at"
FROM "latchkey"."mail_outbox" o JOIN "latchkey"."users" u ON u."id" = o."account_id"::uuid
WHERE o."kind" = 'password-changed' AND u."password_changed_at" <= o."created_at"
ORDER BY o."account_id", o."created_at" DESC;--> statement-breakpoint
ALTER TABLE "latchkey"."users" DROP COLUMN "password_changed_at";
