class HomeController < ApplicationController
  before_action :authenticate_user!

  def show
    render plain: "Signed in as #{current_user.email}"
  end
end
