import unittest

from pricing.discounts import discounted, percent_for


class DiscountTest(unittest.TestCase):
    def test_one_costs_its_price(self):
        self.assertEqual(discounted(1200, 1), 1200)

    def test_ten_are_fifteen_percent_cheaper(self):
        self.assertEqual(percent_for(10), 15)
        self.assertEqual(discounted(1200, 10), 10200)

    def test_a_fraction_of_a_cent_goes_to_the_buyer(self):
        self.assertEqual(discounted(333, 5), 1581)

    def test_nothing_cannot_be_bought(self):
        with self.assertRaises(ValueError):
            discounted(1200, 0)
