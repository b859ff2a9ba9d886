"""Discounts of the shop. Prices are whole cents."""


def percent_for(count: int) -> int:
    """The discount in percent for buying `count` of one thing."""
    # TRY IT: change 10 to 100 and run towline again. Two tests turn red, the run stops at the test step of
    # this service, and the api goes on to its image and its branch: services do not wait for each other.
    if count >= 10:
        return 15
    if count >= 5:
        return 5
    return 0


def discounted(price: int, count: int) -> int:
    """What `count` things of `price` cents cost together, rounded down to a cent in the buyer's favour."""
    if price < 0 or count < 1:
        raise ValueError(f"no such purchase: {count} at {price} cents")
    return price * count * (100 - percent_for(count)) // 100
