"""Makes the workbooks of this folder, as people keep them: titles, merged cells, names of states.

    python examples/inventory/make.py [FOLDER]

The company and its suppliers are made up. The headings of `ropa.xlsx` are those of the template
for controllers that the Information Commissioner's Office (United Kingdom) publishes under the
Open Government Licence v3.0.

Spec: Regulation (EU) 2016/679, Article 30 (records of processing activities).
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

MADE = datetime(2026, 6, 1)
# One line a row, cells between bars.
REGISTER = """
Ref|From (entity)|From (country)|Recipient|Recipient country|Same legal entity?|Sensitive?\
|People concerned|Mechanism|Signed|TIA on file?|People told?|Exemption
T-01|Harbour Foods Ltd|Ireland|Cirrus Hosting Inc|United States|No|No\
|40,000|SCC 2021|14/03/2024|Yes|Yes|
T-02|||Payline Services Pvt|India|No|Yes|1,200|none yet||No|No|
T-03|||Kontor Lohn GmbH|Germany|No|Yes|1,200|n/a|||Yes|
T-04|||Harbour Foods Ltd, Osaka desk|Japan|Yes|No|40,000|n/a|||Yes|
T-05|Harbour Foods (Shanghai) Co|Mainland China|Harbour Foods Ltd|Ireland|No|No\
|150,000|none yet||No|Yes|none
T-06|||Harbour Foods (HK) Ltd|Hong Kong|No|No|150,000|CN standard contract|02/09/2025||Yes|none
T-07|||Star Loyalty|Atlantis|No|No|900|tbc|||tbc|
"""
ROPA = """
Business function|Purpose of processing\
|Name and contact details of joint controller (if applicable)\
|Categories of individuals|Categories of personal data|Categories of recipients\
|Link to contract with processor\
|Names of third countries or international organisations that personal data are transferred to \
(if applicable)\
|Safeguards for exceptional transfers of personal data to third countries or international \
organisations (if applicable)\
|Retention schedule (if possible)\
|General description of technical and organisational security measures (if possible)
Finance|Payroll|N/A|Employees|Contact details; bank details|Payroll bureau\
|contracts/payroll|N/A|N/A|6 years|Encrypted at rest
Sales|Customer support|N/A|Customers|Contact details|Support desk\
|contracts/support|Philippines; India|Standard contractual clauses|2 years|Access control
"""


def made() -> Workbook:
    """A workbook without the time of its making."""
    book = Workbook()
    book.properties.created = book.properties.modified = MADE
    return book


def write(sheet: Any, text: str) -> None:
    """Rows below what is there, the first of them in bold."""
    top = sheet.max_row + 1 if sheet.max_row > 1 else 1
    for line in text.strip().splitlines():
        sheet.append([cell or None for cell in line.split("|")])
    for cell in sheet[top]:
        cell.font = Font(bold=True)


def register() -> Workbook:
    """A register of transfers with a title above it and merged cells in it."""
    book = made()
    sheet: Any = book.active
    sheet.title = "Register"
    sheet.append(["Harbour Foods: register of transfers of personal data"])
    sheet.append(["Reviewed", datetime(2026, 5, 4)])
    write(sheet, REGISTER)
    for first, last in ((4, 7), (8, 10)):
        for column in "BC":
            sheet.merge_cells(f"{column}{first}:{column}{last}")
    notes: Any = book.create_sheet("Notes")
    notes.append(["Ask legal about T-07."])
    return book


def ropa() -> Workbook:
    """Records of processing activities."""
    book = made()
    sheet: Any = book.active
    sheet.title = "Controller"
    write(sheet, ROPA)
    return book


def main(arguments: list[str]) -> int:
    """Write both workbooks."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    register().save(folder / "transfers.xlsx")
    ropa().save(folder / "ropa.xlsx")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
