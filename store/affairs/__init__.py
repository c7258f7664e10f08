"""The record of affairs (事务台账): tables of the same shape as those of cases, how they are filled, and what is asked of them."""
