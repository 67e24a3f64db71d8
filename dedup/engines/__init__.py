"""Where the stages run. An engine never knows what they compute."""
