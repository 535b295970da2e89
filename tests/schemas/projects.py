"""Public projects whose migrations are run, and whose models are read.

Each has: `requirement`, its package, or None where requirements.txt has it with all that it imports; `packages`, the
folders of site-packages that its models are made of; `migrations`, the folder of Alembic, `versions` where that has
several; `metadata`, code that sets `md`; `before`, code that a project runs before its first migration, with `engine`;
`setup`, code that runs before anything else, with `url` and `work`, a folder; `models`, entries of lawbook.yml;
`least`, the percentage of columns that are to be right, where that cannot be 99, and why.
A project without `migrations` makes its tables by `create_all`: nothing may be found between models and database.
"""

FAST = ["optuna", "mlflow", "jupyterhub"]
ALL = ["optuna", "mlflow", "jupyterhub", "prefect", "superset", "langflow"]

PROJECTS = {
    "optuna": {
        "packages": ["optuna"],
        "migrations": "optuna/storages/_rdb/alembic",
        "metadata": "import optuna.storages._rdb.models as models\nmd = models.BaseModel.metadata",
    },
    "mlflow": {
        "packages": ["mlflow"],
        "migrations": "mlflow/store/db_migrations",
        "before": """
from mlflow.store.db.base_sql_model import Base
import mlflow.store.db_migrations
from mlflow.store.tracking.dbmodels.initial_models import Base as InitialBase
InitialBase.metadata.create_all(engine)
""",
        "metadata": """
from mlflow.store.db.base_sql_model import Base
import mlflow.store.tracking.dbmodels.models
import mlflow.store.model_registry.dbmodels.models
import mlflow.store.workspace.dbmodels.models
md = Base.metadata
""",
        # The server's accounts have a database of their own, and the first migration tables of its own.
        "models": [{"path": "mlflow", "metadata": ["mlflow.store.db.base_sql_model:Base"]}],
    },
    "jupyterhub": {
        "packages": ["jupyterhub"],
        "metadata": "import jupyterhub.orm\nmd = jupyterhub.orm.Base.metadata",
    },
    "prefect": {
        "requirement": "prefect==3.8.8",
        "packages": ["prefect"],
        "migrations": "prefect/server/database/_migrations",
        "versions": "prefect/server/database/_migrations/versions/{dialect}",
        "driver": "asyncpg",
        "extension": "pg_trgm",
        "setup": """
import os
for plain, driven in (("sqlite:", "sqlite+aiosqlite:"), ("postgresql+psycopg2:", "postgresql+asyncpg:")):
    url = url.replace(plain, driven)
os.environ["PREFECT_API_DATABASE_CONNECTION_URL"] = url
os.environ["PREFECT_HOME"] = work
""",
        "metadata": """
from prefect.server.database.dependencies import provide_database_interface
md = provide_database_interface().Base.metadata
""",
    },
    "superset": {
        "requirement": "apache-superset==6.1.0 flask-caching<2.4",
        "packages": ["superset", "superset_core", "flask_appbuilder"],
        "migrations": "superset/migrations",
        # Flask-AppBuilder makes its own tables when the application starts.
        "framework": ["ab_"],
        # Nine columns are encrypted by a type that the configuration chooses at run time: unknown. Two are NOT NULL to
        # SQLAlchemy 2, not to the 1.4 that the project runs on.
        "least": 97.5,
        "setup": """
import os
caches = "FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = dict(CACHE_TYPE='SimpleCache')"
with open(os.path.join(work, "superset_config.py"), "w") as config:
    config.write(f"SECRET_KEY = 'x' * 42\\nSQLALCHEMY_DATABASE_URI = {url!r}\\n")
    config.write(f"ALEMBIC_SKIP_LOG_CONFIG = True\\n{caches}\\n")
os.environ["SUPERSET_CONFIG_PATH"] = config.name
os.environ["SUPERSET_HOME"] = work
""",
        "metadata": """
from superset.app import create_app
create_app().app_context().push()
from flask_appbuilder import Model
md = Model.metadata
""",
    },
    "langflow": {
        "requirement": "langflow-base==1.13.0 psycopg[binary]",
        "packages": ["langflow", "lfx"],
        "migrations": "langflow/alembic",
        "setup": "import os\nos.environ.update(LANGFLOW_CONFIG_DIR=work, DO_NOT_TRACK='true')",
        "metadata": """
import langflow.services.database.models
from langflow.services.database.service import SQLModel
md = SQLModel.metadata
""",
    },
}
