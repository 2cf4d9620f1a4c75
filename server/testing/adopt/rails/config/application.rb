require 'rails'
require 'active_record/railtie'
require 'action_controller/railtie'
require 'action_view/railtie'
require 'action_mailer/railtie'
require 'devise'

class Application < Rails::Application
  config.load_defaults 6.1
  config.eager_load = true
  config.secret_key_base = ENV.fetch('SECRET_KEY_BASE')
  config.logger = Logger.new($stderr, level: :warn)
  config.action_mailer.delivery_method = :test
  config.action_mailer.default_url_options = { host: 'localhost' }
end
