CREATE TABLE "code_lockouts" (
	"subject" text PRIMARY KEY NOT NULL,
	"tries" integer NOT NULL,
	"blocks" integer DEFAULT 0 NOT NULL,
	"blocked_until" timestamp with time zone,
	"last_try_id" uuid NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "code_lockouts_tries" CHECK ("code_lockouts"."tries" between 1 and 3)
);
--> statement-breakpoint
ALTER TABLE "security_events" DROP CONSTRAINT "security_events_kind";--> statement-breakpoint
ALTER TABLE "security_events" ADD CONSTRAINT "security_events_kind" CHECK (kind in ('reset-requested', 'reset-mailed', 'reset-refused', 'code-blocked', 'code-accepted', 'password-changed', 'change-disowned', 'sessions-ended', 'signed-in', 'sign-in-failed'));