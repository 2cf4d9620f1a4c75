CREATE TABLE "latchkey"."frozen_accounts" (
	"account_id" text PRIMARY KEY NOT NULL,
	"since" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "latchkey"."recovery_pauses" (
	"what" text PRIMARY KEY NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "recovery_pauses_what" CHECK (what in ('codes', 'links', 'all'))
);
--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" DROP CONSTRAINT "mail_suppressions_kind";--> statement-breakpoint
ALTER TABLE "latchkey"."security_events" DROP CONSTRAINT "security_events_kind";--> statement-breakpoint
ALTER TABLE "latchkey"."password_reset_tokens" ALTER COLUMN "code_expires_at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" ADD COLUMN "until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "latchkey"."password_reset_tokens" ADD COLUMN "opened_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "latchkey"."password_reset_tokens" ADD COLUMN "kept_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" ADD CONSTRAINT "mail_suppressions_until" CHECK (("latchkey"."mail_suppressions"."kind" = 'stopped') = ("latchkey"."mail_suppressions"."until" is not null));--> statement-breakpoint
ALTER TABLE "latchkey"."mail_suppressions" ADD CONSTRAINT "mail_suppressions_kind" CHECK (kind in ('bounced', 'complained', 'stopped'));--> statement-breakpoint
ALTER TABLE "latchkey"."password_reset_tokens" ADD CONSTRAINT "password_reset_tokens_kept_is_superseded" CHECK ("latchkey"."password_reset_tokens"."kept_until" is null or "latchkey"."password_reset_tokens"."superseded_at" is not null);--> statement-breakpoint
ALTER TABLE "latchkey"."security_events" ADD CONSTRAINT "security_events_kind" CHECK (kind in ('reset-requested', 'reset-mailed', 'reset-refused', 'code-blocked', 'code-accepted', 'password-changed', 'account-secured', 'sessions-ended', 'signed-in', 'sign-in-failed', 'mail-bounced', 'mail-complained', 'codes-disabled', 'emails-stopped', 'emails-allowed', 'recovery-frozen', 'recovery-unfrozen', 'secrets-revoked'));