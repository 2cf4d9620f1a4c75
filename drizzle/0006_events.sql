CREATE TABLE "latchkey"."event_outbox" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"type" text NOT NULL,
	"account_id" text,
	"request_id" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"claim_id" uuid,
	"reason" text,
	"created_at" timestamp with time zone NOT NULL,
	"delivered_at" timestamp with time zone,
	CONSTRAINT "event_outbox_type" CHECK (type in ('password.changed', 'account.secured', 'code.blocked', 'email.bounced', 'email.complained')),
	CONSTRAINT "event_outbox_status" CHECK (status in ('queued', 'delivered', 'failed', 'ignored')),
	CONSTRAINT "event_outbox_sent_has_account" CHECK ("latchkey"."event_outbox"."status" not in ('delivered', 'failed') or "latchkey"."event_outbox"."account_id" is not null)
);
--> statement-breakpoint
CREATE INDEX "event_outbox_queued_idx" ON "latchkey"."event_outbox" USING btree ("due_at") WHERE status = 'queued';--> statement-breakpoint
CREATE INDEX "event_outbox_status_created_idx" ON "latchkey"."event_outbox" USING btree ("status","created_at");