CREATE TABLE "mail_events" (
	"id" text PRIMARY KEY NOT NULL,
	"provider_id" text NOT NULL,
	"type" text NOT NULL,
	"permanent" boolean DEFAULT true NOT NULL,
	"reason" text,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "mail_events_type" CHECK (type in ('delivered', 'failed', 'suppressed', 'bounced', 'complained'))
);
--> statement-breakpoint
CREATE TABLE "mail_problems" (
	"user_id" uuid NOT NULL,
	"address" text NOT NULL,
	"kind" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "mail_problems_user_id_address_pk" PRIMARY KEY("user_id","address"),
	CONSTRAINT "mail_problems_kind" CHECK (kind in ('bounced', 'complained'))
);
--> statement-breakpoint
ALTER TABLE "security_events" DROP CONSTRAINT "security_events_kind";--> statement-breakpoint
ALTER TABLE "mail_problems" ADD CONSTRAINT "mail_problems_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mail_events_provider_id_idx" ON "mail_events" USING btree ("provider_id");--> statement-breakpoint
CREATE INDEX "mail_events_received_idx" ON "mail_events" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "sessions_expires_idx" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "mail_outbox_provider_id_idx" ON "mail_outbox" USING btree ("provider_id") WHERE provider_id is not null;--> statement-breakpoint
CREATE INDEX "mail_outbox_answered_idx" ON "mail_outbox" USING btree ("status","created_at") WHERE status not in ('queued', 'sending');--> statement-breakpoint
CREATE INDEX "code_lockouts_updated_idx" ON "code_lockouts" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "password_reset_tokens_expires_idx" ON "password_reset_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "security_events_created_idx" ON "security_events" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "security_events" ADD CONSTRAINT "security_events_kind" CHECK (kind in ('reset-requested', 'reset-mailed', 'reset-refused', 'code-blocked', 'code-accepted', 'password-changed', 'change-disowned', 'sessions-ended', 'signed-in', 'sign-in-failed', 'mail-bounced', 'mail-complained'));