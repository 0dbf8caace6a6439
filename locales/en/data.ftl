# The data: choosing, reading, cleaning and dividing it.
