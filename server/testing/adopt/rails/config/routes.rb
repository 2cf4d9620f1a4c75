Rails.application.routes.draw do
  root to: 'home#show'
end
