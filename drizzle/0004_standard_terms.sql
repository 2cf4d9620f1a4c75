ALTER TABLE "mail_problems" RENAME TO "mail_suppressions";--> statement-breakpoint
ALTER TABLE "mail_suppressions" RENAME CONSTRAINT "mail_problems_kind" TO "mail_suppressions_kind";--> statement-breakpoint
ALTER TABLE "mail_suppressions" RENAME CONSTRAINT "mail_problems_user_id_address_pk" TO "mail_suppressions_user_id_address_pk";--> statement-breakpoint
ALTER TABLE "mail_suppressions" RENAME CONSTRAINT "mail_problems_user_id_users_id_fk" TO "mail_suppressions_user_id_users_id_fk";--> statement-breakpoint
ALTER TABLE "security_events" DROP CONSTRAINT "security_events_kind";--> statement-breakpoint
UPDATE "security_events" SET "kind" = 'account-secured' WHERE "kind" = 'change-disowned';--> statement-breakpoint
ALTER TABLE "security_events" ADD CONSTRAINT "security_events_kind" CHECK (kind in ('reset-requested', 'reset-mailed', 'reset-refused', 'code-blocked', 'code-accepted', 'password-changed', 'account-secured', 'sessions-ended', 'signed-in', 'sign-in-failed', 'mail-bounced', 'mail-complained'));
